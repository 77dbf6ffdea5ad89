/* For trying DynSync under wine only, never shipped: the part of Windows' own ICU that Qt links and wine 8 lacks.
   Every converter is "not there", so that Qt uses its own. */
#define NONE(name) __declspec(dllexport) void *name(void) { return 0; }
NONE(UCNV_FROM_U_CALLBACK_SUBSTITUTE)
NONE(UCNV_TO_U_CALLBACK_SUBSTITUTE)
NONE(ucnv_cbFromUWriteUChars)
NONE(ucnv_cbToUWriteUChars)
NONE(ucnv_close)
NONE(ucnv_fromUCountPending)
NONE(ucnv_fromUnicode)
NONE(ucnv_getAvailableName)
NONE(ucnv_getFromUCallBack)
NONE(ucnv_getMaxCharSize)
NONE(ucnv_getName)
NONE(ucnv_getStandardName)
NONE(ucnv_getToUCallBack)
NONE(ucnv_reset)
NONE(ucnv_setFromUCallBack)
NONE(ucnv_setToUCallBack)
NONE(ucnv_toUCountPending)
NONE(ucnv_toUnicode)
__declspec(dllexport) void *ucnv_open(const char *name, int *error) { (void)name; if (error) *error = 4; return 0; }
__declspec(dllexport) int ucnv_countAvailable(void) { return 0; }
