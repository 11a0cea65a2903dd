"""The dashboard: live views of runs in a browser, which only reads them."""
