"""从表格导入: a school's own lists of places, people and equipment."""
