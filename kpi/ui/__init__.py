"""The pages of the app (网页界面): one module a page over the functions that the command line calls as well."""
