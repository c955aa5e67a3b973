/** Keywords that OpenSSH knows, of one version or another, Debian's or Apple's, and that do not matter here. */
export const passedOver = new Set(
  `addkeystoagent afstokenpassing bindinterface casignaturealgorithms channeltimeout checkhostip cipher
  clearallforwardings compression compressionlevel connectionattempts controlmaster controlpath controlpersist
  dynamicforward enableescapecommandline enablesshkeysign escapechar exitonforwardfailure fallbacktorsh fingerprinthash
  forkafterauthentication forwardx11 forwardx11timeout forwardx11trusted gatewayports globalknownhostsfile2
  gssapiauthentication gssapiclientidentity gssapidelegatecredentials gssapikexalgorithms gssapikeyexchange
  gssapirenewalforcesrekey gssapiserveridentity gssapitrustdns hostbasedacceptedalgorithms hostbasedauthentication
  hostbasedkeytypes ipqos kbdinteractivedevices keepalive kerberosauthentication kerberostgtpassing knownhostscommand
  localcommand localforward loglevel logverbose obscurekeystroketiming permitlocalcommand permitremoteopen
  pkcs11provider protocol proxyusefdpass pubkeyacceptedalgorithms pubkeyacceptedkeytypes refuseconnection rekeylimit
  remotecommand remoteforward requesttty requiredrsasize rhostsauthentication rhostsrsaauthentication
  rsaauthentication securitykeyprovider sessiontype smartcarddevice stdinnull streamlocalbindmask
  streamlocalbindunlink syslogfacility tcpkeepalive tunnel tunneldevice updatehostkeys usekeychain
  useprivilegedport userknownhostsfile2 useroaming usersh verifyhostkeydns versionaddendum visualhostkey
  warnweakcrypto xauthlocation`.split(/\s+/),
)
