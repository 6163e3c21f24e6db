"""Booking a service by conversation."""

from actions.booking.form import BookingForm
from actions.booking.frame import Booking

__all__ = ["Booking", "BookingForm"]
