from tests.published import published, published_twin

__all__ = ["published", "published_twin"]
