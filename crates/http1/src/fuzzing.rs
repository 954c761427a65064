//! Properties for the fuzz targets.
