"""설정 setup: starting an office: the first account, the demo, serving, keeping copies."""
