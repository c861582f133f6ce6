"""The configured pages, handles and endpoints inquiries arrive on."""
