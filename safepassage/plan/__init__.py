"""What should happen: a plan of whole sorties and whole people, and a proof of how good it can get.

Start reading: problem.py (what is asked), formulation.py (the rules as rows), relaxation.py and
proof.py (the bound), dispatch.py (the plan), check.py (the recount that trusts none of these).
"""
