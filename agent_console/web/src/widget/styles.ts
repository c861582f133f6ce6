// The widget's look, inside its shadow root. Contrast is WCAG 2.1 AA in both schemes.
export const styles = `
:host{all:initial;position:fixed;z-index:2147483000;right:20px;bottom:20px;color-scheme:light dark;
font:15px/1.45 system-ui,-apple-system,"Segoe UI",sans-serif;
--accent:light-dark(#0b6256,#4fc7b0);--on:light-dark(#fff,#06241e);--bg:light-dark(#fff,#171d1c);
--soft:light-dark(#eef2f1,#232c2a);--ink:light-dark(#14201d,#e8eeec);--dim:light-dark(#566561,#a3b0ac);
--line:light-dark(#d6dddb,#303a38);--mine:light-dark(#dff1ed,#16332e)}
[hidden]{display:none!important}
*{box-sizing:border-box}
button,textarea{font:inherit;color:inherit;cursor:pointer}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
p,h2{margin:0}
.launcher{display:flex;align-items:center;gap:8px;min-height:52px;margin-left:auto;padding:0 20px;border:0;
border-radius:26px;background:var(--accent);color:var(--on);font-weight:600;box-shadow:0 6px 24px #0004}
.launcher.on .label{display:none}
.launcher.on{padding:0 15px}
.badge{min-width:22px;padding:0 6px;border-radius:11px;background:#b3261e;color:#fff;font-size:13px;text-align:center}
.panel{display:flex;flex-direction:column;width:min(380px,calc(100vw - 40px));height:min(580px,calc(100vh - 112px));
margin-bottom:12px;overflow:hidden;border:1px solid var(--line);border-radius:16px;background:var(--bg);color:var(--ink);
box-shadow:0 16px 48px #0005}
header{display:flex;align-items:center;justify-content:space-between;padding:10px 10px 10px 18px;background:var(--accent);color:var(--on)}
h2{font-size:17px;font-weight:650}
.close{display:grid;place-items:center;width:36px;height:36px;padding:0;border:0;border-radius:9px;background:none}
header :focus-visible{outline-color:var(--on);outline-offset:-3px}
.state:not(:empty){padding:6px 18px;background:light-dark(#fdf1db,#33260f);color:light-dark(#6d4000,#f6cb85);font-size:13px}
.log{flex:1;display:flex;flex-direction:column;gap:12px;padding:16px;overflow-y:auto;overscroll-behavior:contain}
.log:focus-visible{outline-offset:-3px}
.intro{padding:10px 12px;border-radius:10px;background:var(--soft);color:var(--dim);font-size:13px}
.intro:empty{display:none}
.line{display:grid;justify-items:start;max-width:88%}
.you{align-self:flex-end;justify-items:end}
.who,.foot{color:var(--dim);font-size:12px}
.bubble{padding:8px 12px;border-radius:4px 14px 14px;background:var(--soft);white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:isolate}
.you .bubble{border-radius:14px 4px 14px 14px;background:var(--mine)}
.bubble a{color:inherit}
.sending .bubble{opacity:.75}
.refused .bubble{background:light-dark(#fdebe9,#3b1b18)}
.refused .foot{color:light-dark(#8c1a14,#ffb4ad)}
.choices{display:flex;flex-wrap:wrap;gap:6px;margin:8px 0 4px}
.choices button{padding:6px 12px;border:1px solid var(--accent);border-radius:16px;background:var(--bg);color:var(--accent);font-weight:500;text-align:start}
.choices button:hover{background:var(--mine)}
form{display:flex;align-items:flex-end;gap:8px;padding:12px;border-top:1px solid var(--line)}
textarea{flex:1;min-height:40px;max-height:120px;padding:8px 12px;border:1px solid light-dark(#81908c,#6b7a76);border-radius:12px;
background:var(--bg);resize:none;field-sizing:content;cursor:text}
textarea::placeholder{color:var(--dim);opacity:1}
.send{display:grid;place-items:center;width:40px;height:40px;padding:0;border:0;border-radius:12px;background:var(--accent);color:var(--on)}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
@media(max-width:480px){:host{right:12px;bottom:12px}.panel{width:calc(100vw - 24px);height:calc(100dvh - 96px)}}
`;
