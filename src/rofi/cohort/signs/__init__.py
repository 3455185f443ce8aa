"""Signs of eye disease, one file each: a face in, the face with the sign out (see `rofi.cohort.painting`)."""
