"""Planning anew after a disturbance, changing as little as possible.

`ask.py` says what is asked, `goods.py` keeps what lies where, `filling.py` fits pieces into a machine's free time,
`cover.py` chooses few machines, `repair.py` goes through the routing, `choose.py` compares with a wider change.
"""
