"""Where all meets: settings, urls, the ASGI application, the worker's loop and the `fiilis` command."""
