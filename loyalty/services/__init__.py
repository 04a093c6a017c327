"""What the programme does: functions by capability. A service flushes, and never commits."""
