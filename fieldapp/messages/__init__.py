"""알림 messages: what is told to people outside the pages, kept in a table until it has arrived."""
