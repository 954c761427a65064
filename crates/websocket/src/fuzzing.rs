//! Properties that hold for any octets: what the fuzz targets call, one line each.
