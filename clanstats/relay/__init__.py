"""Who said what kind of thing in a line of in-game chat that was relayed to Discord?

`lines` holds the answers, `patterns` how a clan's relay writes, `wording` how the game writes its
broadcasts, `names` what stands around a name, and `reading` puts them together. Nothing here keeps
or returns what anybody said.
"""
