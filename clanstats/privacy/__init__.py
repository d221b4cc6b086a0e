"""What do we hold on a person, who sees it, and how does it go away?"""
