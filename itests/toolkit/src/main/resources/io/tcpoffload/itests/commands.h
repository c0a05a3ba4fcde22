/* SPDX-License-Identifier: Apache-2.0 */
/* Commands on standard input, a line each, for a program that waits for other things, too. */
#ifndef COMMANDS_H
#define COMMANDS_H

#include <string.h>
#include <unistd.h>

/* Hands whole lines to the command; returns 0 at the end of the input. */
static int commands(void (*command)(char *line))
{
	static char text[4096];
	static int length;
	ssize_t n = read(0, text + length, sizeof text - 1 - length);
	if (n <= 0)
		return 0;
	length += n;
	text[length] = 0;
	char *line = text;
	for (char *end; (end = strchr(line, '\n')); line = end + 1) {
		*end = 0;
		command(line);
	}
	length -= line - text;
	memmove(text, line, length);
	return 1;
}

#endif
