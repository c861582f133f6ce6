import { mount } from 'svelte';
import './ui/base.css';
import App from './console/App.svelte';
import { route } from './console/route.svelte.ts';
import { session } from './console/session.svelte.ts';

const target = document.getElementById('app');
if (!target) throw new Error('The page has no #app');
target.replaceChildren();
route.start();
mount(App, { target });
void session.start();
