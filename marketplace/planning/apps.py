from django.apps import AppConfig


class PlanningConfig(AppConfig):
    name = "marketplace.planning"
    label = "planning"

    def ready(self) -> None:
        from marketplace.common import live
        from marketplace.planning.selectors import may_watch_plan

        live.register("plan", may_watch_plan)
