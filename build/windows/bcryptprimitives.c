/* For trying DynSync under wine only, never shipped: Windows' random numbers, which wine 8 has under another name. */
#include <windows.h>
#include <ntsecapi.h>

__declspec(dllexport) BOOL WINAPI ProcessPrng(BYTE *data, SIZE_T length) { return RtlGenRandom(data, (ULONG)length); }
