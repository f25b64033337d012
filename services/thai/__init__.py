"""Thai conventions as pure functions: areas, names, dates, working days, sorting, citizen numbers.

Area names and codes come from GeoThai (CC BY 4.0); province outlines from Natural Earth (public domain).
"""
