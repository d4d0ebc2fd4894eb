from lms.followup.actions.tracking import change, name_of, open_action, remind_owners

__all__ = ["change", "name_of", "open_action", "remind_owners"]
