"""The rules of the contract, one function each, by what they speak about."""
