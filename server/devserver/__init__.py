"""The server of `toqibox effects watch FILE`: a page that shows an effect while it is edited.

The command calls `server.devserver.app.run(config, announce, port)`.
"""
