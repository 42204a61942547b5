"""网格月度考核: how each grid did its checks and dealt with its hazards in a month."""
