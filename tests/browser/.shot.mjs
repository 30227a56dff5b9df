import { chromium } from "@playwright/test";
const b=await chromium.launch({executablePath:"/usr/bin/chromium",args:["--no-sandbox","--disable-gpu"]});
const [,,what]=process.argv;
const log=[];
async function shot(name,w,h,lang,dark,act,full=true){const c=await b.newContext({viewport:{width:w,height:h},colorScheme:dark?"dark":"light",hasTouch:w<768,isMobile:w<768,locale:"id-ID"});const p=await c.newPage();p.on("console",m=>log.push(name+": "+m.text()));p.on("pageerror",e=>log.push(name+": "+e.message));
 if(name.startsWith("mock-")){await p.goto("file:///work/shared/design/look/"+name.slice(5)+".html")}else{await p.goto("http://127.0.0.1:8998/"+(lang==="en"?"en":""));await p.locator("html[data-ready]").waitFor({timeout:5000});await act(p)}
 await p.waitForTimeout(200);await p.screenshot({path:`/tmp/shots/${name}.${w}${dark?".dark":""}.${lang}.png`,fullPage:full});await c.close();}
const before=async p=>{await p.getByTestId("start").click()};
const intake=async p=>{await before(p);await p.getByTestId("accept").click()};
for(const w of [390]){for(const m of ["client-landing","client-before","client-waiting","client-chat","client-code"])await shot("mock-"+m,w,844,"id",false);
 await shot("landing",w,844,"id",false,async()=>{});await shot("before",w,844,"id",false,before);await shot("intake",w,844,"id",false,intake);
 await shot("danger",w,844,"id",false,async p=>{await p.getByTestId("danger").click()});
 await shot("code-enter",w,844,"id",false,async p=>{await p.getByTestId("have-code").click();await p.getByTestId("code-input").waitFor()});
}
console.log(log.join("\n"));await b.close();
