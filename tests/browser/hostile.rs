//! Texts that a page must show as they are.

/// Each would have an effect if a page took it for markup or code.
pub(crate) const HOSTILE: [&str; 8] = [
    "<script>document.title = 'owned'</script>",
    "<img src=x onerror=\"document.title = 'owned'\">",
    "\"><svg onload=alert(1)>",
    "</li></ol><h1>not a heading</h1>",
    "&lt;b&gt; &amp; &#60;i&#62;",
    "javascript:alert(1)",
    "${document.title} {{document.title}} `document.title`",
    "'; DROP TABLE lines; --",
];
