/* picture_font.h -- the characters of a picture that no font here can show.
 *
 * Invariant: a script without such characters is left as it is. */
#ifndef GN_CLI_PICTURE_FONT_H
#define GN_CLI_PICTURE_FONT_H

#include "cli.h"

/* In a script for a picture whose letters are drawn now (.png, .pdf), each character that no font is known to have
 * becomes \u65e5; the name of the file that it writes stays. With a note about it, if `say`. */
gn_status gn_cli_font_replace(gn_cli *cli, gn_text *script, bool say);

#endif
