"""The networks, one file per part of the paper (section 4); they know neither files nor photographs."""
