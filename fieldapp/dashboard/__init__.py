"""현황 dashboard: the desk's reading room. Its pages look across all rooms through their doors; nothing imports it."""
