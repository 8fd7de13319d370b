"""Movement control at work: devices and what they send, passes issued, calls, departures, cases."""
