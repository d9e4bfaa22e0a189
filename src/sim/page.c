/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/page.h"

extern const unsigned char sim_page_html[], sim_page_css[], sim_page_js[];
extern const size_t sim_page_html_size, sim_page_css_size, sim_page_js_size;

const struct page_file page_files[] = {
    {"index.html", "text/html; charset=utf-8", sim_page_html, &sim_page_html_size},
    {"style.css", "text/css; charset=utf-8", sim_page_css, &sim_page_css_size},
    {"app.js", "text/javascript; charset=utf-8", sim_page_js, &sim_page_js_size},
};
const size_t page_files_n = sizeof(page_files) / sizeof(page_files[0]);
