"""A simulated month of the utility's inquiries: for trying reports and wallboard at size."""
