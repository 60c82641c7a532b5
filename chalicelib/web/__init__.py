"""The screens: templates, styles, a little JavaScript, translations (zh-CN first, en beside it)."""
