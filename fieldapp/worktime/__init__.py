"""업무시간·처리기한 worktime: when the office works, and by when a thing is due."""
