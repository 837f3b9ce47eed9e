/* main.c - argv to sub-command */
int main(void)
{
    return 0;
}
