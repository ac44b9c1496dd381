"""현황 dashboard: what the desk reads across all rooms: visits, shops' histories, the map, today's counts. Nothing imports it."""
