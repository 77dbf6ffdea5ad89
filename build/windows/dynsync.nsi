; The installer that people double-click. Variables from outside: SOURCE (the bundle), OUT, VERSION, KILOBYTES, ICON, SIDE
; (the picture beside the last page).
;
; DynSync-Setup.exe [/S] [/AllUsers | /CurrentUser] [/NoRestart] [/D=C:\folder]      uninstall.exe [/S] [/RemoveData]
;
; Exit status: 0 done, 1 stopped by the user, 3 too old a Windows, 5 no administrator, 6 DynSync does not close,
; 7 installed by an MSI.

Target amd64-unicode
Unicode true
!include "MUI2.nsh"
!include "FileFunc.nsh"
!include "LogicLib.nsh"
!include "nsDialogs.nsh"
!include "WinMessages.nsh"
!include "WinVer.nsh"

!define KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\DynSync"
!define SECONDS_TO_CLOSE 45 ; what is in flight is finished first
!define CLOSE_APP 1         ; ENDSESSION_CLOSEAPP
!define QUERY_LITTLE 0x1000 ; PROCESS_QUERY_LIMITED_INFORMATION

Name "DynSync"
OutFile "${OUT}"
RequestExecutionLevel user
ManifestDPIAware true
!ifdef QUICK
  SetCompressor zlib
!else
  SetCompressor /SOLID lzma
  SetCompressorDictSize 64
!endif
BrandingText "DynSync ${VERSION}"
VIProductVersion "${VERSION}.0"
VIAddVersionKey /LANG=0 "ProductName" "DynSync"
VIAddVersionKey /LANG=0 "ProductVersion" "${VERSION}"
VIAddVersionKey /LANG=0 "FileVersion" "${VERSION}"
VIAddVersionKey /LANG=0 "FileDescription" "DynSync Setup"
VIAddVersionKey /LANG=0 "CompanyName" "The DynSync project"
VIAddVersionKey /LANG=0 "LegalCopyright" "MIT licence"

Var AllUsers      ; 1: for everyone on this computer
Var WasRunning    ; 1: the window was open, and is opened again at the end
Var Replaced      ; 1: this user's own copy went
Var RemoveData    ; 1: settings and secrets go, too
Var ForMe
Var ForAll
Var Question

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_ABORTWARNING
!define MUI_FINISHPAGE_RUN
!define MUI_FINISHPAGE_RUN_FUNCTION OpenDynSync
!define MUI_WELCOMEFINISHPAGE_BITMAP "${SIDE}"
Page custom AskForWhom TakeForWhom
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
UninstPage custom un.AskForData un.TakeForData
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "French"

LangString WhoTitle ${LANG_ENGLISH} "Who will use DynSync?"
LangString WhoTitle ${LANG_FRENCH} "Qui utilisera DynSync ?"
LangString WhoText ${LANG_ENGLISH} "Each person keeps settings and secrets of their own in either case."
LangString WhoText ${LANG_FRENCH} "Dans les deux cas, chaque personne garde ses propres réglages et secrets."
LangString OnlyMe ${LANG_ENGLISH} "Only me (no administrator is needed)"
LangString OnlyMe ${LANG_FRENCH} "Moi seulement (sans administrateur)"
LangString Everyone ${LANG_ENGLISH} "Everyone on this computer (asks for an administrator)"
LangString Everyone ${LANG_FRENCH} "Toutes les personnes de cet ordinateur (demande un administrateur)"
LangString NeedsAdmin ${LANG_ENGLISH} "Only an administrator can install DynSync for everyone on this computer."
LangString NeedsAdmin ${LANG_FRENCH} "Seul un administrateur peut installer DynSync pour toutes les personnes de cet ordinateur."
LangString Managed ${LANG_ENGLISH} "DynSync was installed for everyone by whoever looks after this computer (MSI). Ask them for the newer one, or install it only for you."
LangString Managed ${LANG_FRENCH} "DynSync a été installé pour toutes les personnes par qui s'occupe de cet ordinateur (MSI). Demandez-lui la nouvelle version, ou installez-la seulement pour vous."
LangString Running ${LANG_ENGLISH} "DynSync is open. It will be closed, and opened again afterwards; a running sync goes on where it was. Go on?"
LangString Running ${LANG_FRENCH} "DynSync est ouvert. Il sera fermé, puis rouvert ensuite ; une synchronisation en cours reprendra où elle en était. Continuer ?"
LangString RunningAtEnd ${LANG_ENGLISH} "DynSync is open. It will be closed. Go on?"
LangString RunningAtEnd ${LANG_FRENCH} "DynSync est ouvert. Il sera fermé. Continuer ?"
LangString StillOpen ${LANG_ENGLISH} "DynSync could not be closed. Close it, then try again."
LangString StillOpen ${LANG_FRENCH} "DynSync n'a pas pu être fermé. Fermez-le, puis réessayez."
LangString Newer ${LANG_ENGLISH} "Windows 10 or newer, 64-bit, is needed."
LangString Newer ${LANG_FRENCH} "Windows 10 ou plus récent, en 64 bits, est nécessaire."
LangString DataTitle ${LANG_ENGLISH} "Your settings"
LangString DataTitle ${LANG_FRENCH} "Vos réglages"
LangString DataText ${LANG_ENGLISH} "Nothing in Dynamics or Marketo is changed in either case."
LangString DataText ${LANG_FRENCH} "Dans les deux cas, rien n'est modifié dans Dynamics ni dans Marketo."
LangString AlsoData ${LANG_ENGLISH} "Also remove my settings, the record of what was synced, and my secrets in the Credential Manager"
LangString AlsoData ${LANG_FRENCH} "Supprimer aussi mes réglages, la trace des synchronisations et mes secrets du Gestionnaire d'identification"

; --- before anything ---

!macro Begin
  StrCpy $AllUsers 0
  StrCpy $WasRunning 0
  StrCpy $Replaced 0
  SetRegView 64
!macroend

; For whom, and so where: 1 in $AllUsers means everyone.
!macro ForWhom
  ${If} $AllUsers == 1
    SetShellVarContext all
  ${Else}
    SetShellVarContext current
  ${EndIf}
!macroend

!macro IsAdmin RESULT
  UserInfo::GetAccountType
  Pop ${RESULT}
!macroend

Function .onInit
  !insertmacro Begin
  ${IfNot} ${AtLeastWin10}
    MessageBox MB_OK|MB_ICONSTOP "$(Newer)" /SD IDOK
    SetErrorLevel 3
    Quit
  ${EndIf}
  Call ChooseForWhom
  Call ChooseFolder
FunctionEnd

; As the command line says, else as it is installed already, so that an upgrade makes no second copy; else for one user.
Function ChooseForWhom
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/AllUsers" $1
  ${IfNot} ${Errors}
    StrCpy $AllUsers 1
    Call NeedAdmin
    Return
  ${EndIf}
  ClearErrors
  ${GetOptions} $0 "/CurrentUser" $1
  ${IfNot} ${Errors}
    Return
  ${EndIf}
  ReadRegStr $1 HKCU "${KEY}" "InstallLocation"
  ReadRegStr $2 HKLM "${KEY}" "InstallLocation"
  ${If} $1 == ""
  ${AndIf} $2 != ""
    StrCpy $AllUsers 1
    ${If} ${Silent}
      Call NeedAdmin
    ${EndIf}
  ${EndIf}
FunctionEnd

Function NeedAdmin
  !insertmacro IsAdmin $1
  ${If} $1 != "Admin"
    MessageBox MB_OK|MB_ICONSTOP "$(NeedsAdmin)" /SD IDOK
    SetErrorLevel 5
    Quit
  ${EndIf}
FunctionEnd

; Where it is installed already, else the usual place; /D= has the last word.
Function ChooseFolder
  !insertmacro ForWhom
  ${If} $INSTDIR != ""
    Return
  ${EndIf}
  ReadRegStr $INSTDIR SHCTX "${KEY}" "InstallLocation"
  ${If} $INSTDIR == ""
    ${If} $AllUsers == 1
      StrCpy $INSTDIR "$PROGRAMFILES64\DynSync"
    ${Else}
      StrCpy $INSTDIR "$LOCALAPPDATA\Programs\DynSync"
    ${EndIf}
  ${EndIf}
FunctionEnd

Function AskForWhom
  !insertmacro MUI_HEADER_TEXT "$(WhoTitle)" "$(WhoText)"
  nsDialogs::Create 1018
  Pop $0
  ${NSD_CreateRadioButton} 0 10u 100% 14u "$(OnlyMe)"
  Pop $ForMe
  ${NSD_CreateRadioButton} 0 30u 100% 14u "$(Everyone)"
  Pop $ForAll
  ${If} $AllUsers == 1
    ${NSD_Check} $ForAll
  ${Else}
    ${NSD_Check} $ForMe
  ${EndIf}
  nsDialogs::Show
FunctionEnd

Function TakeForWhom
  ${NSD_GetState} $ForAll $0
  ${If} $0 == ${BST_CHECKED}
    StrCpy $AllUsers 1
    !insertmacro IsAdmin $1
    ${If} $1 != "Admin"
      ; Windows asks for an administrator, who then goes through the same pages.
      ExecShell "runas" "$EXEPATH" "/AllUsers"
      Quit
    ${EndIf}
  ${Else}
    StrCpy $AllUsers 0
  ${EndIf}
  StrCpy $INSTDIR ""
  Call ChooseFolder
FunctionEnd

; --- a DynSync that is open ---

!macro ClosingFunctions UN QUESTION
; Leaves 1 on the stack while a program of this folder runs: Windows lets nobody write to it then.
Function ${UN}IsRunning
  StrCpy $9 0
  ${If} ${FileExists} "$INSTDIR\DynSync.exe"
    ClearErrors
    FileOpen $8 "$INSTDIR\DynSync.exe" a
    ${If} ${Errors}
      StrCpy $9 1
    ${Else}
      FileClose $8
    ${EndIf}
  ${EndIf}
  ${If} ${FileExists} "$INSTDIR\dynsync.com"
    ClearErrors
    FileOpen $8 "$INSTDIR\dynsync.com" a
    ${If} ${Errors}
      StrCpy $9 1
    ${Else}
      FileClose $8
    ${EndIf}
  ${EndIf}
  ClearErrors
  Push $9
FunctionEnd

; The next window after $1 that belongs to the program $7, in $1; 0 where there is none. A title alone says little: that
; of a folder is its name, and another copy's is the same.
Function ${UN}NextWindow
  ${Do}
    FindWindow $1 "" "DynSync" 0 $1
    ${If} $1 = 0
      Return
    ${EndIf}
    System::Call 'user32::GetWindowThreadProcessId(p r1, *i .r4)'
    System::Call 'kernel32::OpenProcess(i ${QUERY_LITTLE}, i 0, i r4) p .r5'
    StrCpy $6 ""
    System::Call 'kernel32::QueryFullProcessImageNameW(p r5, i 0, w .r6, *i ${NSIS_MAX_STRLEN})'
    System::Call 'kernel32::CloseHandle(p r5)'
  ${LoopUntil} $6 == $7
FunctionEnd

; Lets every window of this copy end.
Function ${UN}TellWindows
  StrCpy $7 "$INSTDIR\DynSync.exe"
  StrCpy $1 0
  Call ${UN}NextWindow
  ${While} $1 <> 0
    StrCpy $WasRunning 1
    ; Not WM_CLOSE, which only sends it beside the clock: as when Windows itself has to close it.
    SendMessage $1 ${WM_QUERYENDSESSION} 0 ${CLOSE_APP} /TIMEOUT=2000
    SendMessage $1 ${WM_ENDSESSION} 1 ${CLOSE_APP} /TIMEOUT=2000
    Call ${UN}NextWindow
  ${EndWhile}
FunctionEnd

; Asks, closes the windows in order, and ends what does not go by itself; whatever was under way goes on at the next start.
Function ${UN}CloseDynSync
  Call ${UN}IsRunning
  Pop $0
  ${If} $0 == 0
    Return
  ${EndIf}
  MessageBox MB_OKCANCEL|MB_ICONQUESTION "${QUESTION}" /SD IDOK IDOK +3
  SetErrorLevel 1
  Abort
  StrCpy $2 0
  ${Do}
    Call ${UN}TellWindows ; again and again, as one that is just opening hears nothing
    Sleep 1000
    IntOp $2 $2 + 1
    ${If} $2 > ${SECONDS_TO_CLOSE}
      nsExec::Exec 'taskkill /F /IM DynSync.exe'
      Pop $3
      nsExec::Exec 'taskkill /F /IM dynsync.com'
      Pop $3
      Sleep 1000
      Call ${UN}IsRunning
      Pop $0
      ${If} $0 == 1
        MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "$(StillOpen)" /SD IDCANCEL IDRETRY +3
        SetErrorLevel 6
        Abort
        StrCpy $2 0
      ${EndIf}
    ${EndIf}
    Call ${UN}IsRunning
    Pop $0
  ${LoopWhile} $0 == 1
FunctionEnd
!macroend
!insertmacro ClosingFunctions "" "$(Running)"
!insertmacro ClosingFunctions "un." "$(RunningAtEnd)"

; As the user and not as the administrator who installed it.
Function OpenDynSync
  ${If} $AllUsers == 1
    Exec '"$WINDIR\explorer.exe" "$INSTDIR\DynSync.exe"'
  ${Else}
    Exec '"$INSTDIR\DynSync.exe"'
  ${EndIf}
FunctionEnd

; --- install ---

; What an MSI has put there only an MSI can renew and remove.
Function LeaveManaged
  ReadRegDWORD $0 HKLM "Software\DynSync" "Managed"
  ${If} $AllUsers == 1
  ${AndIf} $0 == 1
    MessageBox MB_OK|MB_ICONSTOP "$(Managed)" /SD IDOK
    SetErrorLevel 7
    Abort
  ${EndIf}
FunctionEnd

; Installed for everyone it takes the place of this user's own copy; settings and secrets belong to both.
Function ReplaceOwnCopy
  ReadRegStr $1 HKCU "${KEY}" "InstallLocation"
  ${If} $AllUsers == 0
  ${OrIf} $1 == ""
  ${OrIfNot} ${FileExists} "$1\uninstall.exe"
    Return
  ${EndIf}
  StrCpy $2 $1
  StrCpy $7 "$2\DynSync.exe"
  StrCpy $1 0
  Call NextWindow
  ${If} $1 <> 0
    StrCpy $WasRunning 1
  ${EndIf}
  StrCpy $1 $2
  ExecWait '"$1\uninstall.exe" /S _?=$1'
  StrCpy $Replaced 1
  Delete "$1\uninstall.exe" ; which could not remove itself while somebody waited for it
  RMDir "$1"
FunctionEnd

Section
  !insertmacro ForWhom
  Call LeaveManaged
  Call ReplaceOwnCopy
  Call CloseDynSync
  RMDir /r "$INSTDIR\lib" ; what an older version had and this one has not
  SetOutPath "$INSTDIR"
  File /r "${SOURCE}/*"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortCut "$SMPROGRAMS\DynSync.lnk" "$INSTDIR\DynSync.exe"
  WriteRegStr SHCTX "${KEY}" "DisplayName" "DynSync"
  WriteRegStr SHCTX "${KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr SHCTX "${KEY}" "DisplayIcon" "$INSTDIR\DynSync.exe,0"
  WriteRegStr SHCTX "${KEY}" "Publisher" "The DynSync project"
  WriteRegStr SHCTX "${KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr SHCTX "${KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr SHCTX "${KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD SHCTX "${KEY}" "EstimatedSize" ${KILOBYTES}
  WriteRegDWORD SHCTX "${KEY}" "NoModify" 1
  WriteRegDWORD SHCTX "${KEY}" "NoRepair" 1
  ${If} $Replaced == 1
    ; Its scheduled syncs went with it: this copy takes them over, where the settings want them.
    nsExec::Exec '"$INSTDIR\dynsync.com" background mend'
    Pop $0
  ${EndIf}
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/NoRestart" $1
  ${If} ${Errors}
  ${AndIf} $WasRunning == 1
    Call OpenDynSync
  ${EndIf}
SectionEnd

; --- remove ---

Function un.onInit
  !insertmacro Begin
  StrCpy $RemoveData 0
  ReadRegStr $0 HKLM "${KEY}" "InstallLocation"
  ${If} $0 == $INSTDIR
    StrCpy $AllUsers 1
    !insertmacro IsAdmin $1
    ${If} $1 != "Admin"
      ; Windows starts this as whoever clicks on Uninstall, who may change nothing that is everyone's.
      SetErrorLevel 5
      ${IfNot} ${Silent}
        ExecShell "runas" "$INSTDIR\uninstall.exe"
      ${EndIf}
      Quit
    ${EndIf}
  ${EndIf}
  !insertmacro ForWhom
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/RemoveData" $1
  ${IfNot} ${Errors}
    StrCpy $RemoveData 1
  ${EndIf}
FunctionEnd

Function un.AskForData
  !insertmacro MUI_HEADER_TEXT "$(DataTitle)" "$(DataText)"
  nsDialogs::Create 1018
  Pop $0
  ${NSD_CreateCheckBox} 0 10u 100% 28u "$(AlsoData)"
  Pop $Question
  SendMessage $Question ${BM_SETSTYLE} 0x2003 1 ; wraps its text
  nsDialogs::Show
FunctionEnd

Function un.TakeForData
  ${NSD_GetState} $Question $RemoveData
FunctionEnd

Section "Uninstall"
  !insertmacro ForWhom
  Call un.CloseDynSync
  ${If} $RemoveData == 1
    nsExec::Exec '"$INSTDIR\dynsync.com" remove --everything --yes'
  ${Else}
    nsExec::Exec '"$INSTDIR\dynsync.com" remove --registration'
  ${EndIf}
  Pop $0
  Delete "$SMPROGRAMS\DynSync.lnk"
  RMDir /r "$INSTDIR\lib"
  Delete "$INSTDIR\DynSync.exe"
  Delete "$INSTDIR\dynsync.com"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR" ; stays where somebody put something of their own into it
  DeleteRegKey SHCTX "${KEY}"
SectionEnd
