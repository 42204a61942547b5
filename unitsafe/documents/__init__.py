"""制度与档案: policies, plans, appointments and other papers, who has read them, the fire archive."""
