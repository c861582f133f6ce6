"""Reports as files: CSV and XLSX to reckon with, PDF to print."""
