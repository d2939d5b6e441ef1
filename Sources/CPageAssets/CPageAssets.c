// The page's files as arrays. `#embed` (C23) includes a file unchanged: compiling an equivalent Swift literal takes half a
// minute, this no time, and the compiler tracks the dependency. To add a file, add its #embed and its row.
#include "CPageAssets.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const uint8_t api_js[] = {
#embed "../Page/Assets/api.js"
};
static const uint8_t chart_js[] = {
#embed "../Page/Assets/chart.js"
};
static const uint8_t colors_js[] = {
#embed "../Page/Assets/colors.js"
};
static const uint8_t controls_js[] = {
#embed "../Page/Assets/controls.js"
};
static const uint8_t dom_js[] = {
#embed "../Page/Assets/dom.js"
};
static const uint8_t downloads_js[] = {
#embed "../Page/Assets/downloads.js"
};
static const uint8_t exporters_table_js[] = {
#embed "../Page/Assets/exporters-table.js"
};
static const uint8_t fields_js[] = {
#embed "../Page/Assets/fields.js"
};
static const uint8_t filter_box_js[] = {
#embed "../Page/Assets/filter-box.js"
};
static const uint8_t filter_js[] = {
#embed "../Page/Assets/filter.js"
};
static const uint8_t flows_table_js[] = {
#embed "../Page/Assets/flows-table.js"
};
static const uint8_t format_js[] = {
#embed "../Page/Assets/format.js"
};
static const uint8_t freshness_js[] = {
#embed "../Page/Assets/freshness.js"
};
static const uint8_t health_js[] = {
#embed "../Page/Assets/health.js"
};
static const uint8_t host_names_js[] = {
#embed "../Page/Assets/host-names.js"
};
static const uint8_t icon_svg[] = {
#embed "../Page/Assets/icon.svg"
};
static const uint8_t index_html[] = {
#embed "../Page/Assets/index.html"
};
static const uint8_t keyboard_js[] = {
#embed "../Page/Assets/keyboard.js"
};
static const uint8_t ledger_table_js[] = {
#embed "../Page/Assets/ledger-table.js"
};
static const uint8_t legend_js[] = {
#embed "../Page/Assets/legend.js"
};
static const uint8_t loader_js[] = {
#embed "../Page/Assets/loader.js"
};
static const uint8_t main_js[] = {
#embed "../Page/Assets/main.js"
};
static const uint8_t notices_js[] = {
#embed "../Page/Assets/notices.js"
};
static const uint8_t page_css[] = {
#embed "../Page/Assets/page.css"
};
static const uint8_t outputs_table_js[] = {
#embed "../Page/Assets/outputs-table.js"
};
static const uint8_t panels_js[] = {
#embed "../Page/Assets/panels.js"
};
static const uint8_t questions_js[] = {
#embed "../Page/Assets/questions.js"
};
static const uint8_t rates_js[] = {
#embed "../Page/Assets/rates.js"
};
static const uint8_t sankey_layout_js[] = {
#embed "../Page/Assets/sankey-layout.js"
};
static const uint8_t sankey_js[] = {
#embed "../Page/Assets/sankey.js"
};
static const uint8_t sparkline_js[] = {
#embed "../Page/Assets/sparkline.js"
};
static const uint8_t state_js[] = {
#embed "../Page/Assets/state.js"
};
static const uint8_t tabs_js[] = {
#embed "../Page/Assets/tabs.js"
};
static const uint8_t theme_js[] = {
#embed "../Page/Assets/theme.js"
};
static const uint8_t top_table_js[] = {
#embed "../Page/Assets/top-table.js"
};
static const uint8_t units_js[] = {
#embed "../Page/Assets/units.js"
};
static const uint8_t value_menu_js[] = {
#embed "../Page/Assets/value-menu.js"
};
static const uint8_t window_js[] = {
#embed "../Page/Assets/window.js"
};

// The chart library, fetched by scripts/page-assets; without it, the arrays are empty and the page has only tables.
static const uint8_t uplot_iife_min_js[] = {
#if __has_embed("../Page/Assets/vendor/uPlot.iife.min.js")
#embed "../Page/Assets/vendor/uPlot.iife.min.js"
#endif
};
static const uint8_t uplot_min_css[] = {
#if __has_embed("../Page/Assets/vendor/uPlot.min.css")
#embed "../Page/Assets/vendor/uPlot.min.css"
#endif
};

#define ASSET(path, octets) {path, sizeof path - 1, octets, sizeof octets}

static const struct {
  const char *path;
  size_t path_size;
  const uint8_t *octets;
  size_t size;
} assets[] = {
  ASSET("api.js", api_js),
  ASSET("chart.js", chart_js),
  ASSET("colors.js", colors_js),
  ASSET("controls.js", controls_js),
  ASSET("dom.js", dom_js),
  ASSET("downloads.js", downloads_js),
  ASSET("exporters-table.js", exporters_table_js),
  ASSET("fields.js", fields_js),
  ASSET("filter-box.js", filter_box_js),
  ASSET("filter.js", filter_js),
  ASSET("flows-table.js", flows_table_js),
  ASSET("format.js", format_js),
  ASSET("freshness.js", freshness_js),
  ASSET("health.js", health_js),
  ASSET("host-names.js", host_names_js),
  ASSET("icon.svg", icon_svg),
  ASSET("index.html", index_html),
  ASSET("keyboard.js", keyboard_js),
  ASSET("ledger-table.js", ledger_table_js),
  ASSET("legend.js", legend_js),
  ASSET("loader.js", loader_js),
  ASSET("main.js", main_js),
  ASSET("notices.js", notices_js),
  ASSET("page.css", page_css),
  ASSET("outputs-table.js", outputs_table_js),
  ASSET("panels.js", panels_js),
  ASSET("questions.js", questions_js),
  ASSET("rates.js", rates_js),
  ASSET("sankey-layout.js", sankey_layout_js),
  ASSET("sankey.js", sankey_js),
  ASSET("sparkline.js", sparkline_js),
  ASSET("state.js", state_js),
  ASSET("tabs.js", tabs_js),
  ASSET("theme.js", theme_js),
  ASSET("top-table.js", top_table_js),
  ASSET("units.js", units_js),
  ASSET("value-menu.js", value_menu_js),
  ASSET("window.js", window_js),
  ASSET("vendor/uPlot.iife.min.js", uplot_iife_min_js),
  ASSET("vendor/uPlot.min.css", uplot_min_css),
};

static const size_t count = sizeof assets / sizeof assets[0];

size_t page_asset_count(void) { return count; }

uint8_t page_asset_path_octet(size_t asset, size_t index) {
  return asset < count && index < assets[asset].path_size ? (uint8_t)assets[asset].path[index] : 0;
}

size_t page_asset_size(size_t asset) { return asset < count ? assets[asset].size : 0; }

uint8_t page_asset_octet(size_t asset, size_t index) {
  return index < page_asset_size(asset) ? assets[asset].octets[index] : 0;
}
