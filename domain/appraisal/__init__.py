"""Appraisal: the queue of objects, opinions of qualified appraisers, and the verdict that follows from them."""
