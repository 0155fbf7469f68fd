//! The blocks of the language itself: function, bus, fleet, placement, options.
