from tests.published import published

__all__ = ["published"]
