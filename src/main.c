/* main.c - argv to sub-command */
#include "role/command.h"

int main(int argc, char **argv)
{
    return command_main(argc, argv);
}
