// The widget's look, inside its shadow root. Contrast is WCAG 2.1 AA in both schemes.
export const styles = `
:host{all:initial;position:fixed;z-index:2147483000;right:20px;bottom:20px;color-scheme:light dark;
font:15px/1.45 system-ui,-apple-system,"Segoe UI",sans-serif;
--accent:light-dark(#0b6256,#4fc7b0);--on:light-dark(#fff,#06241e);--bg:light-dark(#fff,#171d1c);
--soft:light-dark(#eef2f1,#232c2a);--ink:light-dark(#14201d,#e8eeec);--dim:light-dark(#566561,#a3b0ac);
--line:light-dark(#d6dddb,#303a38);--mine:light-dark(#dff1ed,#16332e);--edge:light-dark(#7a8985,#6b7a76);
--wrong:light-dark(#8c1a14,#ffb4ad)}
[hidden]{display:none!important}
*{box-sizing:border-box}
button,textarea,input{font:inherit;color:inherit}
button,a{cursor:pointer}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
p,h2{margin:0}
svg{width:22px;height:22px;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
.launcher{display:flex;align-items:center;gap:8px;min-height:52px;margin-left:auto;padding:0 20px;border:0;
border-radius:26px;background:var(--accent);color:var(--on);font-weight:600;box-shadow:0 6px 24px #0004}
.launcher.on .label{display:none}
.launcher.on{padding:0 15px}
.badge{min-width:22px;padding:0 6px;border-radius:11px;background:#b3261e;color:#fff;font-size:13px;text-align:center}
.panel{display:flex;flex-direction:column;width:min(380px,calc(100vw - 40px));height:min(580px,calc(100vh - 112px));
margin-bottom:12px;overflow:hidden;border:1px solid var(--line);border-radius:16px;background:var(--bg);color:var(--ink);
box-shadow:0 16px 48px #0005}
header{display:flex;align-items:center;padding:8px 8px 8px 18px;background:var(--accent);color:var(--on)}
h2{flex:1;font-size:17px;font-weight:650}
.tool,.send{display:grid;flex:none;place-items:center;width:40px;height:40px;padding:0;border:0;border-radius:12px;background:none;color:inherit}
.compose .tool{color:var(--dim)}
header :focus-visible{outline-color:var(--on);outline-offset:-3px}
.state:not(:empty){padding:6px 18px;background:light-dark(#fdf1db,#33260f);color:light-dark(#6d4000,#f6cb85);font-size:13px}
.log{flex:1;display:flex;flex-direction:column;gap:12px;min-height:96px;padding:16px;overflow-y:auto;overscroll-behavior:contain}
.log:focus-visible{outline-offset:-3px}
.intro{padding:10px 12px;border-radius:10px;background:var(--soft);color:var(--dim);font-size:13px}
.intro:empty{display:none}
.line{display:grid;justify-items:start;max-width:88%}
.you{align-self:flex-end;justify-items:end}
.who,.foot,.typing,.note{color:var(--dim);font-size:12px}
.typing:not(:empty){padding:0 18px 8px}
.bubble{padding:8px 12px;border-radius:4px 14px 14px;background:var(--soft);white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:isolate}
.you .bubble{border-radius:14px 4px 14px 14px;background:var(--mine)}
.bubble a{color:inherit}
.sending .bubble{opacity:.8}
.refused .bubble{background:light-dark(#fdebe9,#3b1b18)}
.refused .foot,.wrong{color:var(--wrong)}
.file{max-width:100%;margin-top:4px;padding:6px 12px;overflow:hidden;border:1px solid var(--edge);border-radius:10px;background:var(--bg);
color:var(--ink);font-size:13px;text-overflow:ellipsis;white-space:nowrap}
.choices{display:flex;flex-wrap:wrap;gap:6px;margin:8px 0 4px}
.choices button,.plain,.again{padding:6px 12px;border:1px solid var(--accent);border-radius:16px;background:var(--bg);color:var(--accent);font-weight:500;text-align:start}
.choices button:hover,.plain:hover{background:var(--mine)}
.notice{display:flex;flex-wrap:wrap;gap:8px;align-items:center;padding:8px 18px;border-top:1px solid var(--line);background:var(--soft);font-size:13px}
form{padding:12px;border-top:1px solid var(--line)}
.compose{display:flex;flex-wrap:wrap;align-items:flex-end;gap:6px}
.files,.note{flex-basis:100%}
.files:empty,.note:empty{display:none}
textarea,input{border:1px solid var(--edge);border-radius:12px;background:var(--bg);padding:8px 12px}
.compose textarea{flex:1;min-width:0;min-height:40px;max-height:120px;resize:none;field-sizing:content}
::placeholder{color:var(--dim);opacity:1}
.send{background:var(--accent);color:var(--on)}
.leave{display:grid;flex:0 1 auto;gap:4px;min-height:0;overflow-y:auto;font-size:14px}
.panel:has(.leave:not([hidden])) .log{flex:1 8 auto;min-height:24px}
.leave label{margin-top:6px;font-weight:600}
.leave textarea{min-height:76px;resize:vertical}
[aria-invalid=true]{border-color:var(--wrong)}
.primary{margin-top:8px;padding:9px 16px;border:0;border-radius:12px;background:var(--accent);color:var(--on);font-weight:600}
.leave .plain{text-align:center}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
@media(prefers-reduced-motion:no-preference){.panel{animation:up .16s ease-out}@keyframes up{from{opacity:0;transform:translateY(8px)}}}
@media(max-width:480px){:host{right:12px;bottom:12px}.launcher{padding:0 15px}.label{display:none}h2{font-size:16px}.panel{width:calc(100vw - 24px);height:calc(100dvh - 96px)}}
@media(max-height:480px){.panel{height:calc(100dvh - 84px)}.log{min-height:0}}
`;
