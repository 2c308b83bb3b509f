"""How values become what people read: icons, states, times, amounts, strips. Template tags are thin above it."""
