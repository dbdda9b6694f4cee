"""`toqibox effects watch FILE`: one page that shows an effect while it is being written.

A command calls `server.devserver.app.run(load, material, …)`: see there.
"""
