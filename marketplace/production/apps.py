from django.apps import AppConfig


class ProductionConfig(AppConfig):
    name = "marketplace.production"
    label = "production"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from marketplace.accounts import notices
        from marketplace.common import oracles
        from marketplace.production import facets, oracle
        from marketplace.production.selectors.begun import made_of_begun
        from marketplace.production.services.opening import follow_change
        from marketplace.trading import told

        facets.register_all()
        told.register_made(made_of_begun)
        told.register_follower(follow_change)
        notices.register(
            "production.articles-wait",
            _("First articles of %(order)s that wait for your approval: %(waiting)s."),
        )
        notices.register(  # as it was told before an order had one notice for all of them
            "production.article-waits",
            _("The first pieces of %(operation)s for %(order)s wait for your approval."),
        )
        notices.register(
            "production.article-approved",
            _("The first pieces of %(code)s on %(machine)s are approved: make the rest."),
        )
        notices.register(
            "production.article-refused",
            _("The first pieces of %(code)s on %(machine)s are refused: %(note)s. The work stands still."),
        )
        notices.register(
            "production.closed-short",
            _("%(operation)s for %(order)s ends short at %(good)s of %(wanted)s: %(reason)s."),
        )
        notices.register(  # as it was told before late work was planned anew whatever had left
            "production.late",
            _(
                "%(operation)s for %(order)s should have been made by %(ends_at)s: %(good)s of %(wanted)s are."
            ),
        )
        oracles.register("production.sums", oracle.sums_that_differ)
        oracles.register("production.machines", oracle.machines_twice_taken)
        oracles.register("production.counts", oracle.pieces_counted_twice)
