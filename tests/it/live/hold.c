/* Holds a file open until its standard input ends: hold.exe PATH SHARE, where SHARE is 0 (for itself alone) or 3 (read and write). */
#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

int main(int count, char **arguments) {
    if (count != 3) return 2;
    HANDLE file = CreateFileA(arguments[1], GENERIC_READ | GENERIC_WRITE, atoi(arguments[2]), NULL, OPEN_EXISTING, 0, NULL);
    puts(file == INVALID_HANDLE_VALUE ? "failed" : "held");
    fflush(stdout);
    while (getchar() != EOF) {}
    return 0;
}
